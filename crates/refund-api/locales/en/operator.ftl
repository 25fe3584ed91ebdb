# The operator's pages.
nav-escalated = To rule on
