"""What coaching is: kinds of entry, and the state that each module keeps of them. `iagcore.entries` lists the kinds."""
