"""`stratc report`: a finished run folder as one HTML page that needs nothing else."""
