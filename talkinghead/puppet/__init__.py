"""Drawn characters: their folders, the making and checking of them, and MakeItTalk's files."""
