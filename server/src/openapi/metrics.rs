//! The shapes of `/api/metrics`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::parts::{MoneyOut, PaginationOut};

#[derive(Serialize, ToSchema)]
#[schema(as = MetricState, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum StateOut {
    Draft,
    Active,
    Deprecated,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricAuthor, rename_all = "camelCase")]
struct AuthorOut {
    id: Uuid,
    full_name: String,
    /// Null of a key.
    email: Option<String>,
}

/// A row of field values, and whether such a record counts. A field that is not named is empty.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricTest)]
struct TestOut {
    #[schema(value_type = Object)]
    fields: Value,
    expected: bool,
}

/// Something that is wrong, or odd.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricProblem)]
struct ProblemOut {
    /// A JSON pointer into what was sent.
    #[schema(example = "/formula/where/all/0/v")]
    pointer: String,
    #[schema(pattern = "^[EW]_[A-Z_]+$", example = "E_FIELD_UNKNOWN")]
    code: String,
    message: String,
    /// What would help.
    fix: String,
}

/// A stored test with another answer than expected.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricFailedTest)]
struct FailedOut {
    /// From 0.
    index: i64,
    expected: bool,
    /// The conditions that decided it.
    because: String,
}

/// One version of a metric, with what is known of its code.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricDefinition, rename_all = "camelCase")]
struct DefinitionOut {
    /// Of the version.
    id: Uuid,
    tenant_id: Uuid,
    #[schema(pattern = "^[a-z0-9_]{1,100}$")]
    code: String,
    name: String,
    description: String,
    /// As it was sent.
    #[schema(value_type = Option<Object>)]
    formula: Option<Value>,
    /// The formula's tree, always spelt the same way; pointers of funnels and explanations point into it.
    #[schema(value_type = Option<Object>)]
    compiled: Option<Value>,
    /// The formula in plain words.
    sentence: Option<String>,
    tests: Vec<TestOut>,
    note: Option<String>,
    #[schema(minimum = 1)]
    version: i32,
    /// From when on this version counted; null of one that never did.
    effective_at: Option<DateTime<Utc>>,
    /// A person or a key; null for Backline itself.
    created_by_id: Option<Uuid>,
    created_by: Option<AuthorOut>,
    created_at: DateTime<Utc>,
    state: StateOut,
    /// The version that every reader uses.
    active_version: Option<i32>,
    /// A newer one that waits.
    draft_version: Option<i32>,
    deprecated_at: Option<DateTime<Utc>>,
    deprecated_by: Option<AuthorOut>,
    reason: Option<String>,
    /// The code to use instead.
    replaced_by: Option<String>,
    /// What `expectedVersion` is compared with.
    newest_version: i32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricDefinitions)]
pub struct DefinitionsOut {
    definitions: Vec<DefinitionOut>,
    pagination: PaginationOut,
}

/// Something that relies on a metric.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricUse)]
struct UseOut {
    /// `replacement`: a deprecated metric points to this one.
    kind: String,
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricWithHistory, rename_all = "camelCase")]
pub struct OneOut {
    definition: DefinitionOut,
    /// All other versions, newest first, where they were asked for.
    history: Option<Vec<DefinitionOut>>,
    used_by: Vec<UseOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricCreated, rename_all = "camelCase")]
pub struct CreatedOut {
    definition: DefinitionOut,
    message: String,
    /// The highest number that the code had before; 0 of a new one.
    #[schema(minimum = 0)]
    previous_version: i32,
    failed_tests: Vec<FailedOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricChanged, rename_all = "camelCase")]
pub struct ChangedOut {
    definition: DefinitionOut,
    message: String,
    /// The newest version before; the same as now where nothing differs.
    previous_version: i32,
    /// Stored tests that keep the new version from counting.
    failed_tests: Vec<FailedOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricRetired, rename_all = "camelCase")]
pub struct RetiredOut {
    definition: DefinitionOut,
    message: String,
    /// What still uses it.
    used_by: Vec<UseOut>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct DefinitionsQuery {
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    #[param(default = false)]
    include_deprecated: Option<bool>,
    /// Only this one.
    #[param(max_length = 1000)]
    code: Option<String>,
    /// Part of name, description or code, in any case.
    #[param(max_length = 250)]
    search: Option<String>,
    #[param(value_type = Option<String>, pattern = "^(draft|active|deprecated)$")]
    state: Option<String>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct OneQuery {
    #[param(default = false)]
    include_history: Option<bool>,
    #[param(default = false)]
    include_deprecated: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NewMetric, rename_all = "camelCase")]
pub struct NewBody {
    /// It never changes.
    #[schema(pattern = "^[a-z0-9_]{1,100}$")]
    code: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(min_length = 1, max_length = 2000)]
    description: String,
    /// The tree, or the simple form `{"field", "operator", "value", "logic", "conditions"}`; at most 64 KiB.
    #[schema(value_type = Option<Object>)]
    formula: Option<Value>,
    #[schema(max_items = 100)]
    tests: Option<Vec<TestOut>>,
    /// Why this version was made.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// Whether it is only kept.
    draft: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricChange, rename_all = "camelCase")]
pub struct ChangeBody {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    description: Option<String>,
    /// Null removes it.
    #[schema(value_type = Option<Object>)]
    formula: Option<Value>,
    #[schema(max_items = 100)]
    tests: Option<Vec<TestOut>>,
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// Whether the new version is only kept.
    draft: Option<bool>,
    /// The newest version that was known.
    #[schema(minimum = 1)]
    expected_version: Option<i32>,
    /// Lets this waiting version count; alone.
    #[schema(minimum = 1)]
    activate: Option<i32>,
    /// Begins from this version instead of the newest.
    #[schema(minimum = 1)]
    restore: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricRetirement, rename_all = "camelCase")]
pub struct RetirementBody {
    #[schema(max_length = 2000)]
    reason: Option<String>,
    /// Another code that is not deprecated.
    replaced_by: Option<String>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct RetirementQuery {
    /// Without a body only.
    #[param(max_length = 250)]
    reason: Option<String>,
    /// Without a body only.
    #[param(max_length = 100)]
    replaced_by: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricTrial, rename_all = "camelCase")]
pub struct PreviewBody {
    #[schema(value_type = Object)]
    formula: Value,
    /// A date of the tenant's zone, or an instant in RFC 3339.
    now: Option<String>,
    /// The record that is to be explained.
    record_id: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricStep)]
struct StepOut {
    /// Into the compiled tree.
    pointer: String,
    clause: String,
    /// Records that are left after it.
    count: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricColumn)]
struct ColumnOut {
    code: String,
    label: String,
    r#type: String,
    unit: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricAnswer)]
struct AnswerOut {
    pointer: String,
    /// 0 for the outermost.
    depth: i64,
    clause: String,
    holds: bool,
    /// What the record has there.
    found: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricExplained)]
struct ExplainedOut {
    id: i64,
    name: Option<String>,
    matches: bool,
    clauses: Vec<AnswerOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricPreview, rename_all = "camelCase")]
pub struct PreviewOut {
    /// Records that count.
    total: i64,
    /// All of the entity.
    base: i64,
    /// Of the measure: a decimal text.
    value: Option<String>,
    now: DateTime<Utc>,
    /// The first twenty, by the codes of `columns`.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Value>,
    columns: Vec<ColumnOut>,
    funnel: Vec<StepOut>,
    /// Records that are left after each clause, by its pointer.
    #[schema(value_type = Object)]
    counts: Value,
    explain: Option<ExplainedOut>,
    sentence: String,
    #[schema(value_type = Object)]
    compiled: Value,
    warnings: Vec<ProblemOut>,
    /// The day of the first opportunity that the mirror holds: farther back nothing is seen.
    history_from: Option<NaiveDate>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricCheck)]
pub struct ValidateBody {
    #[schema(value_type = Object)]
    formula: Value,
    #[schema(max_items = 100)]
    tests: Option<Vec<TestOut>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricValidation, rename_all = "camelCase")]
pub struct ValidationOut {
    errors: Vec<ProblemOut>,
    warnings: Vec<ProblemOut>,
    failed_tests: Vec<FailedOut>,
    sentence: Option<String>,
    #[schema(value_type = Option<Object>)]
    compiled: Option<Value>,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct DiffQuery {
    /// The version before.
    #[param(minimum = 1)]
    from: i32,
    /// The version after.
    #[param(minimum = 1)]
    to: i32,
    /// A date of the tenant's zone, or an instant in RFC 3339.
    now: Option<String>,
    #[param(default = false)]
    include_deprecated: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricTextDifference)]
struct TextOut {
    /// `name` or `description`.
    field: String,
    before: String,
    after: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricClauseDifference)]
struct ClauseOut {
    /// `added`, `removed` or `changed`.
    change: String,
    pointer: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricMoney)]
struct MovedOut {
    enter: MoneyOut,
    leave: MoneyOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricDifference)]
pub struct DiffOut {
    from: i32,
    to: i32,
    now: DateTime<Utc>,
    texts: Vec<TextOut>,
    clauses: Vec<ClauseOut>,
    /// Ids of records.
    enter: Vec<i64>,
    leave: Vec<i64>,
    stay: Vec<i64>,
    /// At stake with those who enter and those who leave.
    money: MovedOut,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct RowsQuery {
    /// The active one without it, the newest where none is active.
    #[param(minimum = 1)]
    version: Option<i32>,
    /// A date of the tenant's zone, or an instant in RFC 3339.
    now: Option<String>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    #[param(default = false)]
    include_deprecated: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricRows)]
pub struct RowsOut {
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Value>,
    columns: Vec<ColumnOut>,
    version: i32,
    now: DateTime<Utc>,
    value: Option<String>,
    base: i64,
    pagination: PaginationOut,
}

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ValuesQuery {
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    #[param(default = false)]
    include_deprecated: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricValue, rename_all = "camelCase")]
pub struct ValueOut {
    computed_at: DateTime<Utc>,
    /// A decimal text; null where there is none.
    value: Option<String>,
    version: i32,
    matched: i64,
    base: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricValues)]
pub struct ValuesOut {
    values: Vec<ValueOut>,
    pagination: PaginationOut,
}

/// A version that waits behind the active one.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricWaiting)]
struct WaitingOut {
    /// Told, and not read.
    version: Option<i32>,
    name: String,
    description: String,
    #[schema(value_type = Option<Object>)]
    formula: Option<Value>,
    tests: Option<Vec<TestOut>>,
    note: Option<String>,
}

/// A code: its active version, the newest where none is active.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricItem, rename_all = "camelCase")]
struct ItemOut {
    code: String,
    state: StateOut,
    /// Told, and not read.
    version: Option<i32>,
    name: String,
    description: String,
    #[schema(value_type = Option<Object>)]
    formula: Option<Value>,
    tests: Option<Vec<TestOut>>,
    note: Option<String>,
    draft: Option<WaitingOut>,
    /// Of a deprecated one.
    reason: Option<String>,
    replaced_by: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricBundle)]
pub struct BundleBody {
    /// 1.
    #[schema(minimum = 1, maximum = 1)]
    schema: i32,
    #[schema(max_items = 10_000)]
    definitions: Vec<ItemOut>,
}

pub type BundleOut = BundleBody;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ImportQuery {
    /// Only tells.
    #[param(default = false)]
    dry_run: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricOutcome)]
struct OutcomeOut {
    /// Its place in what was sent.
    pointer: String,
    code: Option<String>,
    /// `create`, `update`, `unchanged` or `error`.
    action: String,
    problems: Vec<ProblemOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricImport, rename_all = "camelCase")]
pub struct ReportOut {
    dry_run: bool,
    created: i64,
    updated: i64,
    unchanged: i64,
    errors: i64,
    definitions: Vec<OutcomeOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricOperator, rename_all = "camelCase")]
struct OperatorOut {
    op: String,
    /// For menus and sentences.
    words: String,
    /// Whether records in which the field is empty pass it too.
    takes_empty: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricField)]
struct FieldOut {
    code: String,
    label: String,
    /// `text`, `choice`, `int`, `decimal`, `money`, `date` or `bool`.
    r#type: String,
    unit: String,
    nullable: bool,
    description: String,
    example: String,
    /// Of a choice.
    words: Vec<String>,
    operators: Vec<OperatorOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricEntity)]
struct EntityOut {
    entity: String,
    label: String,
    fields: Vec<FieldOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricFields)]
pub struct FieldsOut {
    entities: Vec<EntityOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricTemplate)]
struct TemplateOut {
    code: String,
    name: String,
    description: String,
    #[schema(value_type = Object)]
    formula: Value,
    sentence: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MetricTemplates)]
pub struct TemplatesOut {
    templates: Vec<TemplateOut>,
}
