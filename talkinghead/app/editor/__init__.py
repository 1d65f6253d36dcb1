"""The puppet editor: a page of this machine on which the 68 points are put in place."""
