//! The wire contract: what the servers read and answer, as serde types and nothing else.
//!
//! Times are RFC 3339 in UTC, ids are 64-bit integers, unknown fields in a request are refused.
//! In the `Update…` types a field that is `None` is left as it is; where a field can be cleared, it
//! is an `Option<Option<T>>` and `Some(None)` (JSON `null`) clears it.

mod changes;
mod comments;
mod due;
mod export;
mod moment;
mod patch;
mod problem;
mod quick;
mod reminders;
mod shown;
mod tags;
mod tasks;
mod telegram;
mod tokens;
mod users;
pub mod validate;
mod webhooks;

pub use changes::{Change, ChangeQuery, EventKind, EventQuery, Resource, Undo, Undone};
pub use comments::{COMMENT_MAX, Comment, CommentQuery, CreateComment, UpdateComment};
pub use due::{Due, ParseDueError};
pub use export::{EXPORT_VERSION, ExportEnd, ExportHead, Exported};
pub use problem::{FieldError, FieldErrors, Problem};
pub use quick::{QUICK_MAX, QuickResult, QuickTask};
pub use reminders::{
    CLAIM_MAX, ClaimReminders, ClaimedReminder, FailedReminder, GatheredReminder, ReminderFailed, ReminderQuery,
    ReminderRow, ReminderSent, ReminderState, SETTLE_MAX, SentReminder, SettleReminders, SettledReminders,
    SnoozeReminder,
};
pub use shown::{ChangedMessage, ClaimShown, SHOWN_MAX, SettleShown, ShownReminder};
pub use tags::{CreateTag, TAG_NAME_MAX, Tag, TagQuery, UpdateTag};
pub use tasks::{
    AlreadyMade, BULK_MAX, BulkResult, BulkTasks, BulkUpdate, CreateTask, DESCRIPTION_MAX, NAG_MAX, NAG_MIN,
    PRIORITY_NONE, REMIND_BEFORE_MAX, Repeat, RepeatFrom, TASK_TAGS_MAX, TITLE_MAX, Task, TaskOrder, TaskQuery,
    UpdateTask,
};
pub use telegram::{ExchangeChat, LinkChat, TelegramLink, TelegramUser, TelegramUserQuery, UpdateTelegramUser};
pub use tokens::{
    AccessToken, CreateNamedToken, Credentials, Jwk, Jwks, NamedToken, RefreshToken, Scope, ServiceCredentials,
    Session, TOKEN_NAME_MAX, TokenPair, TokenToVerify,
};
pub use users::{CreateUser, Language, UpdateUser, User};
pub use webhooks::{NewWebhook, SetWebhook, Webhook, WebhookTest};

/// Identifier of a task, tag, comment, user or reminder: a positive 64-bit integer.
pub type Id = i64;

/// Most bytes that a request body may have.
pub const BODY_MAX: usize = 1024 * 1024;
/// Items on a page when `limit` is absent.
pub const LIMIT_DEFAULT: u32 = 100;
/// Most items on one page.
pub const LIMIT_MAX: u32 = 1000;
