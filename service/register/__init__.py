"""What the ministries talk about, a folder for each."""
