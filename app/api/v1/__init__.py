"""Version 1 of the API. Fields are added, never renamed or taken away."""
