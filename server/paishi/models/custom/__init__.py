"""An operator's own folder: `model.keras` with labels and card."""
