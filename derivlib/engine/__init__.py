"""The computation: names for intermediates, expanding differentials, reading gradients off."""
