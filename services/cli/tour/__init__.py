"""The first half of the main job, played over HTTP on a running installation: every effect is read back by another party."""
