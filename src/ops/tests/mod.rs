//! The doing against simulated ports, with faults at every step.

mod barriers;
mod by_hand;
mod cancelling;
mod listed;
mod lost;
mod lost_paid;
mod machine;
mod moving;
mod not_done;
mod once_more;
mod orders;
mod progress;
mod replaced;
mod restored;
mod same_money;
mod sending;
mod session_gone;
mod stopped;
mod together;
mod tracking;
mod tried_again;
mod turned_away;
mod turns;
mod unwritten;
mod withdrawn;
mod without_events;
