//! The shapes of `/api/notifications`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotificationsQuery {
    /// Only those that are unread.
    #[param(default = false)]
    unread: Option<bool>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Notifications)]
pub struct NotificationsOut {
    notifications: Vec<NotificationOut>,
    /// Of all of the person's.
    unread: i64,
    pagination: PaginationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Notification, rename_all = "camelCase")]
struct NotificationOut {
    id: i64,
    kind: NotificationKindOut,
    title: String,
    body: String,
    /// A page of Backline.
    href: String,
    created_at: DateTime<Utc>,
    /// Later than it was created where it counts on.
    changed_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NotificationKind, rename_all = "snake_case")]
#[expect(dead_code, reason = "a description")]
enum NotificationKindOut {
    JobFailed,
}

/// Either ids or all.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationsRead)]
pub struct ReadBody {
    #[schema(min_items = 1, max_items = 1000)]
    ids: Option<Vec<i64>>,
    all: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NotificationsMarked)]
pub struct ReadOut {
    #[schema(minimum = 0)]
    count: i64,
}
