//! Rules, over documents that break one each.
