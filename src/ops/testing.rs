//! Simulated ports for the tests of this room.
