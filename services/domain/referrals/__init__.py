"""What is a referral? One organisation asks another to serve a person; both are parties to the row.

States here: offered → accepted or rejected by the receiver, cancelled by the sender, expired after 14 whole days by the
installation. The offer opens what is needed to decide, acceptance the full set; every other end closes the shares.
"""
