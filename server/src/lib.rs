//! The axum host and the command line of Backline.

#![recursion_limit = "256"]

pub mod cli;
pub mod config;
pub mod database;
mod demo;
pub mod host;
mod http;
mod inbox;
mod live;
mod metrics;
mod openapi;
mod pages;
pub mod postgres;
mod rest;
mod secret;
mod telemetry;
