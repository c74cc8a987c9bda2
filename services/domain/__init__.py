"""What the alliance agreed: slices, each allowed to use only the slices below it."""

import os

# Piccolo finds its engine through this name; there is one in the product.
os.environ.setdefault("PICCOLO_CONF", "services.domain.piccolo_conf")
