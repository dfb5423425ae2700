//! Shapes that several nouns share.

use serde::Serialize;
use utoipa::ToSchema;

/// Where a list stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Pagination, rename_all = "camelCase")]
pub struct PaginationOut {
    #[schema(minimum = 1)]
    page: i64,
    #[schema(minimum = 1, maximum = 100)]
    limit: i64,
    #[schema(minimum = 0)]
    total_count: i64,
    #[schema(minimum = 0)]
    total_pages: i64,
}

/// An amount in the tenant's currency, with two decimals.
#[derive(Serialize, ToSchema)]
#[schema(as = Money, value_type = String, pattern = r"^-?[0-9]+\.[0-9]{2}$", example = "1200.50")]
pub struct MoneyOut(String);

/// It is done, and there is no more to say.
#[derive(Serialize, ToSchema)]
#[schema(as = Done)]
pub struct DoneOut {
    success: bool,
}
