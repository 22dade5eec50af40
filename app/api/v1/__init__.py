"""Version 1 of the API, one file a resource. Fields are added, never renamed or taken away."""
