"""The EDC project: what is cross-cutting. The release is named here and nowhere else."""

__version__ = "0.1.0"
