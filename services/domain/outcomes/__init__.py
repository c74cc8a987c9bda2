"""What is an outcome? A verified change of a person's situation. Here: the fact of a job, and its detail.

The *fact* (working or not, since when, how many hours as a band) and the *detail* (employer, exact hours, pay) are rows
of two data classes, so that one may be shared without the other.
"""
