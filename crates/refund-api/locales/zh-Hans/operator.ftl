# The operator's pages.
nav-escalated = 待裁定
