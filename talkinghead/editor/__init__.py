"""The puppet editor: a local web page that edits and previews a puppet."""
