"""THE DIRECTORY: what there is to join, beside the record and never part of it.

A directory holds opportunities, the college's own courses and what councils and charities publish, and answers what
might fit. `protocols` says what is promised, and `iagcore.testing.DirectoryContract` proves it; `memory` is for tests
and embedding, `sqlite` is one file with a full-text index. `matching` says, with reasons, how an opportunity fits.

Service directories come in as files of the field's open standard: `importing` is the whole way, through `reading`
(files, folders, zips), `shapes` (which part of a document is a service) and `normalising` (what a service says,
repaired where that is safe). Nothing here asks the network anything, and nothing reads a clock.
"""
