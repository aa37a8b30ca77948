"""What comes in: journey files, and spreadsheets of past sessions, read into entries before anything is decided."""
