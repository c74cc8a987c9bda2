"""What is known of a person? Cards (name, contact), plans and work ability, each row of one data class and one owner.

The person itself is an anchor without readable data (slice sharing). Caseworkers, coaches and guidance counsellors write;
others read through shares. Rows are added, cards are corrected by their owner.
"""
