mod bench;
mod limits;
mod messages;
mod sending;
mod trust;
