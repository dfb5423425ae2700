//! The shapes of `/api/connection/…`.

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = StartOver)]
pub struct StartOverBody {
    /// The company's name, exactly as it is written.
    #[schema(example = "Northlight Rentals")]
    confirm: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StartedOver)]
pub struct StartedOver {
    success: bool,
    removed: RemovedOut,
}

/// How many rows went.
#[derive(Serialize, ToSchema)]
#[schema(as = Removed)]
struct RemovedOut {
    opportunities: u64,
    changes: u64,
    runs: u64,
    failures: u64,
}
