mod handshake;
mod key;
mod trust;
