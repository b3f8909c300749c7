"""The screens: where the core meets the widgets."""
