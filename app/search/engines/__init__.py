"""Engines that rank documents by words, one file each; `base` says what each promises."""
