"""Encoders that turn texts into vectors, one file each; `base` says what each promises."""
