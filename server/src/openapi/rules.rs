//! The shapes of `/api/rules`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::parts::{MoneyOut, PaginationOut};

#[derive(Serialize, ToSchema)]
#[schema(as = TriggerType, rename_all = "snake_case")]
#[expect(dead_code, reason = "a description")]
enum TriggerTypeOut {
    Event,
    JobFailed,
    EndpointSilent,
    ReconciliationGrew,
}

/// When a rule is looked at. Fields of another type than its own are refused.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleTrigger, rename_all = "camelCase")]
struct TriggerBody {
    #[schema(required = true)]
    r#type: TriggerTypeOut,
    /// Of an event: documented actions such as `convert_to_order`; any without one.
    #[schema(max_items = 50)]
    action_types: Option<Vec<String>>,
    /// With either status the event must have changed it, in the source's words.
    #[schema(min_length = 1, max_length = 60)]
    from_status: Option<String>,
    #[schema(min_length = 1, max_length = 60)]
    to_status: Option<String>,
    /// Of the value before tax: a decimal text.
    #[schema(pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$")]
    min_value: Option<String>,
    /// Whether replays count too; test deliveries never do.
    on_replay: Option<bool>,
    /// Of a failed job; any without one.
    #[schema(max_items = 50)]
    job_types: Option<Vec<String>>,
    /// Of the reconciliation; any without one.
    #[schema(min_length = 1, max_length = 60)]
    list: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Operator, rename_all = "camelCase")]
#[expect(dead_code, reason = "a description")]
enum OperatorOut {
    Is,
    IsNot,
    Contains,
    IsOneOf,
    IsAtLeast,
    IsAtMost,
    IsEmpty,
    IsNotEmpty,
}

/// What must hold beside the trigger.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleCondition)]
struct ConditionBody {
    /// Such as `owner`, `organisation`, `status`, `chargeTotal` or `daysToStart`.
    #[schema(required = true)]
    field: String,
    #[schema(required = true)]
    operator: OperatorOut,
    /// A text, a whole number, an amount, or a list of texts, as field and operator want it.
    #[schema(value_type = Value, required = false)]
    value: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ActionType, rename_all = "snake_case")]
#[expect(dead_code, reason = "a description")]
enum ActionTypeOut {
    Notify,
    Slack,
    Webhook,
    StartWorkflow,
    SetAugmentation,
}

/// What a rule does.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleAction, rename_all = "camelCase")]
struct ActionBody {
    #[schema(required = true)]
    r#type: ActionTypeOut,
    /// Of a notification: `admin`, `manager`, `rep` or `owner`.
    to: Option<String>,
    /// Of a notification or a Slack message: words with fields in braces, such as `{opportunity}`.
    #[schema(min_length = 1, max_length = 300)]
    message: Option<String>,
    /// Of a webhook: https, and on the public internet.
    #[schema(max_length = 500)]
    url: Option<String>,
    /// Of a workflow: the code of its template. As with augmentation, the rule must be about events.
    #[schema(max_length = 60)]
    workflow_type: Option<String>,
    /// Of an augmentation: the fields that are set, as in `PUT /api/opportunities/{id}/augmentation`.
    #[schema(value_type = Option<Object>)]
    set: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NewRule, rename_all = "camelCase")]
pub struct NewRuleBody {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Without it true.
    enabled: Option<bool>,
    /// The last without it.
    #[schema(minimum = 1, maximum = 200)]
    order: Option<i32>,
    trigger: TriggerBody,
    /// All must hold.
    #[schema(max_items = 20)]
    conditions: Option<Vec<ConditionBody>>,
    #[schema(min_items = 1, max_items = 10)]
    actions: Vec<ActionBody>,
    /// Of a change only.
    #[schema(minimum = 1)]
    expected_version: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RuleChange, rename_all = "camelCase")]
pub struct RuleChangeBody {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    enabled: Option<bool>,
    #[schema(minimum = 1, maximum = 200)]
    order: Option<i32>,
    trigger: Option<TriggerBody>,
    #[schema(max_items = 20)]
    conditions: Option<Vec<ConditionBody>>,
    #[schema(min_items = 1, max_items = 10)]
    actions: Option<Vec<ActionBody>>,
    /// The version that was looked at; another one now is 409.
    #[schema(minimum = 1)]
    expected_version: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Rules)]
pub struct RulesOut {
    rules: Vec<RuleOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Rule, rename_all = "camelCase")]
pub struct RuleOut {
    id: i64,
    name: String,
    enabled: bool,
    order: i32,
    trigger: TriggerBody,
    conditions: Vec<ConditionBody>,
    actions: Vec<ActionBody>,
    version: i32,
    fired_count: i64,
    last_fired_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeRule)]
pub struct RuleMade {
    #[serde(flatten)]
    rule: RuleOut,
    /// `whsec_…`, when it was made by this: shown this once.
    secret: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SigningSecret)]
pub struct SecretOut {
    /// `whsec_…`: shown this once.
    secret: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DryRunSpan)]
pub struct DryRunBody {
    /// A date in the tenant's zone, or an instant.
    from: Option<String>,
    /// A date is included.
    to: Option<String>,
    /// Events that fire, at most; 100 without it.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DryRun)]
pub struct DryRunOut {
    /// Of the newest 10,000.
    examined: i64,
    /// Whether every event of the span was looked at.
    complete: bool,
    events: Vec<WouldFireOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WouldFire, rename_all = "camelCase")]
struct WouldFireOut {
    event_id: String,
    timestamp: DateTime<Utc>,
    opportunity_id: Option<i64>,
    opportunity: Option<String>,
    action_type: Option<String>,
    previous_status: Option<String>,
    new_status: Option<String>,
    actions: Vec<WouldDoOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WouldDo)]
struct WouldDoOut {
    r#type: ActionTypeOut,
    /// In a sentence.
    what: String,
    /// What would be said; null for what says nothing.
    message: Option<String>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FiringsQuery {
    /// Only those with an action that failed, at least once.
    troubled: Option<bool>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Firings)]
pub struct FiringsOut {
    firings: Vec<FiringOut>,
    pagination: PaginationOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Firing, rename_all = "camelCase")]
struct FiringOut {
    id: i64,
    fired_at: DateTime<Utc>,
    cause: TriggerTypeOut,
    facts: FactsOut,
    /// In the order of the rule.
    actions: Vec<FiredActionOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ActionState, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum ActionStateOut {
    Pending,
    Done,
    Failed,
    Cancelled,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FiredAction, rename_all = "camelCase")]
struct FiredActionOut {
    r#type: String,
    state: ActionStateOut,
    attempts: i32,
    /// The newest.
    error: Option<String>,
    /// When it is tried next; null when it has ended.
    next_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

/// What was known when the rule fired; what was not is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = Facts, rename_all = "camelCase")]
struct FactsOut {
    event_id: Option<String>,
    action_type: Option<String>,
    previous_status: Option<String>,
    new_status: Option<String>,
    user: Option<String>,
    opportunity_id: Option<i64>,
    opportunity: Option<String>,
    status: Option<String>,
    organisation_id: Option<i64>,
    organisation: Option<String>,
    owner_id: Option<i64>,
    owner: Option<String>,
    venue: Option<String>,
    charge_total: Option<MoneyOut>,
    total_value: Option<MoneyOut>,
    starts_at: Option<DateTime<Utc>>,
    days_to_start: Option<i64>,
    job_id: Option<i64>,
    job_type: Option<String>,
    error: Option<String>,
    endpoint_id: Option<i64>,
    endpoint: Option<String>,
    last_delivery_at: Option<DateTime<Utc>>,
    list: Option<String>,
    system: Option<String>,
    count: Option<i64>,
    count_before: Option<i64>,
}
