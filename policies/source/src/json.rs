//! Reads JSON with places, and writes it as Go does.
