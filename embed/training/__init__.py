"""The one loop that trains every method: `train`, its steps, its state on disk, its curves; BioLORD's phases of it."""
