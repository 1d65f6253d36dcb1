"""Labels recordings with phones and lip closures."""
