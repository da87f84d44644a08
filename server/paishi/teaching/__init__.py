"""Things that people teach by a few photos, recognised beside the classes of the model."""
