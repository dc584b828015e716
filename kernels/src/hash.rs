//! Hashing bytes.
