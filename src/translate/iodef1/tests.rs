//! Both ways over documents that the tables generate.
