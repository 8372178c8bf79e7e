//! ApplicationSets in, Applications out.
