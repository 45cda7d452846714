//! How a record is declared. [`case_row!`](crate::case_row) declares a table's row with its four queries;
//! [`record!`](crate::record) adds the body and the view of a plain record, whose fields are the same in all three. What a
//! record does is in [`super::record`].

/// Declares the row of a table of a case, with its queries; of another owner where one is named.
#[macro_export]
macro_rules! case_row {
    ($(#[$meta:meta])* $row:ident ($content:ident) in $table:ident as $($rest:tt)+) => {
        $crate::case_row! {
            $(#[$meta])* $row ($content) in $table of case_id ($crate::casework::cases::reach::Reached) as $($rest)+
        }
    };
    ($(#[$meta:meta])* $row:ident ($content:ident) in $table:ident of $owner:ident ($reached:ty) as $resource:literal
    $([partner $partner:ident $($rows:path)?])? $([withheld in $shown_version:ident, $shown_at:ident])? {
        $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, diesel::Insertable, diesel::Queryable, diesel::Selectable, diesel::AsChangeset)]
        #[diesel(table_name = $table, treat_none_as_null = true, treat_none_as_default_value = false)]
        pub struct $row {
            /// Its id: a UUID, which sorts by when it was made.
            pub id: $crate::ids::Id,
            /// What it belongs to.
            pub $owner: $crate::ids::Id,
            /// The authority that keeps it.
            pub authority: String,
            /// 1, and one more with every change.
            pub version: i64,
            /// When it was recorded.
            pub created_at: $crate::clock::UtcTime,
            /// By whom.
            pub created_by: $crate::ids::Id,
            /// When it was last changed.
            pub updated_at: $crate::clock::UtcTime,
            /// By whom.
            pub updated_by: $crate::ids::Id,
            /// Why it should not have been recorded, if somebody said so.
            pub entered_in_error: Option<String>,
            $(
                /// The version that whoever does not see its withheld parts knows.
                pub $shown_version: i64,
                /// When it was last changed for them.
                pub $shown_at: $crate::clock::UtcTime,
            )?
            $($(#[$field_meta])* pub $field: $type),*
        }

        /// What the row holds besides its head.
        pub struct $content {
            $($(#[$field_meta])* pub $field: $type),*
        }

        impl $row {
            /// A row of its two parts.
            pub fn of(head: $crate::casework::record::Head, content: $content) -> Self {
                Self {
                    id: head.id,
                    $owner: head.owner,
                    authority: head.authority,
                    version: head.version,
                    created_at: head.created_at,
                    created_by: head.created_by,
                    updated_at: head.updated_at,
                    updated_by: head.updated_by,
                    entered_in_error: head.entered_in_error,
                    $($shown_version: head.shown.0, $shown_at: head.shown.1,)?
                    $($field: content.$field),*
                }
            }
        }

        impl $crate::casework::record::OwnedRow for $row {
            const RESOURCE: &'static str = $resource;
            const PARTNER: $crate::casework::record::PartnerRows = $crate::partner_rows!($resource $($partner $($rows)?)?);
            type Owner = $reached;

            fn head(&self) -> $crate::casework::record::Head {
                $crate::casework::record::Head {
                    id: self.id,
                    owner: self.$owner,
                    authority: self.authority.clone(),
                    version: self.version,
                    created_at: self.created_at,
                    created_by: self.created_by,
                    updated_at: self.updated_at,
                    updated_by: self.updated_by,
                    entered_in_error: self.entered_in_error.clone(),
                    shown: $crate::shown_of!(self, $($shown_version, $shown_at)?),
                }
            }

            $($(fn parties(&self) -> Vec<$crate::ids::Id> {
                $rows(self)
            })?)?

            fn mark(&mut self, reason: String) {
                self.entered_in_error = Some(reason);
            }

            fn touch(&mut self, act: &$crate::act::Act) {
                self.version += 1;
                self.updated_at = act.now;
                self.updated_by = act.caller.id;
                $(
                    self.$shown_version += 1;
                    self.$shown_at = act.now;
                )?
            }

            $(
                fn touch_withheld(&mut self, act: &$crate::act::Act) {
                    let shown = (self.$shown_version, self.$shown_at);
                    self.touch(act);
                    (self.$shown_version, self.$shown_at) = shown;
                }
            )?

            fn insert(&self, conn: &mut $crate::db::Connection) -> diesel::QueryResult<()> {
                use diesel::prelude::*;
                diesel::insert_into($table::table).values(self).execute(conn).map(drop)
            }

            fn find_any(
                conn: &mut $crate::db::Connection,
                owner: $crate::ids::Id,
                id: $crate::ids::Id,
            ) -> diesel::QueryResult<Option<Self>> {
                use diesel::prelude::*;
                $table::table.find(id).filter($table::$owner.eq(owner)).select(Self::as_select()).first(conn).optional()
            }

            fn page_of(
                conn: &mut $crate::db::Connection,
                owner: $crate::ids::Id,
                page: &$crate::page::PageRequest,
                showing: $crate::casework::record::Showing,
            ) -> diesel::QueryResult<Vec<Self>> {
                use diesel::prelude::*;
                let mut query = $table::table.filter($table::$owner.eq(owner)).into_boxed();
                if !showing.errors {
                    query = query.filter($table::entered_in_error.is_null());
                }
                if let Some(only) = showing.only {
                    query = query.filter($crate::db::one_of::OneOfMethods::one_of($table::id, only));
                }
                $(
                    if showing.without_withheld {
                        return $crate::paged!(query, $table, $shown_at, page).select(Self::as_select()).load(conn);
                    }
                )?
                $crate::paged!(query, $table, page).select(Self::as_select()).load(conn)
            }

            fn save(&self, conn: &mut $crate::db::Connection) -> diesel::QueryResult<usize> {
                use diesel::prelude::*;
                let read = $table::table.find(self.id).filter($table::version.eq(self.version - 1));
                diesel::update(read).set(self).execute(conn)
            }
        }
    };
}

/// The version and time that whoever does not see a row's withheld parts knows: its own, where it has none.
#[macro_export]
macro_rules! shown_of {
    ($row:expr,) => {
        ($row.version, $row.updated_at)
    };
    ($row:expr, $version:ident, $at:ident) => {
        ($row.$version, $row.$at)
    };
}

/// Declares a plain record: its row, its body and its view from one list of fields. `columns` are kept as they
/// are, `documents` as JSON, `sets` of codes as one number.
#[macro_export]
macro_rules! record {
    ($(#[doc = $doc:literal])+ #[schema($($example:tt)+)]
    $row:ident ($content:ident) in $table:ident $(of $owner:ident ($reached:ty))? as $resource:literal
    $([partner $partner:ident $($rows:path)?])?, $body:ident, $view:ident {
        columns { $($(#[$column_meta:meta])* $column:ident: $column_type:ty),* $(,)? }
        documents { $($(#[$document_meta:meta])* $document:ident: $document_type:ty),* $(,)? }
        $(sets { $($(#[$set_meta:meta])* $set:ident: $set_code:ty),* $(,)? })?
    }) => {
        $crate::case_row! {
            /// The record as it is kept.
            $row ($content) in $table $(of $owner ($reached))? as $resource $([partner $partner $($rows)?])? {
                $(#[doc = "See the body."] $column: $column_type,)*
                $(#[doc = "See the body."] $document: $crate::db::types::Json<$document_type>,)*
                $($(#[doc = "See the body."] $set: $crate::db::code_set::CodeSet<$set_code>,)*)?
            }
        }

        #[serde_with::skip_serializing_none]
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[doc = $doc])+
        #[schema($($example)+)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $body {
            $($(#[$column_meta])* pub $column: $column_type,)*
            $($(#[$document_meta])* pub $document: $document_type,)*
            $($($(#[$set_meta])* pub $set: Vec<$set_code>,)*)?
        }

        #[serde_with::skip_serializing_none]
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        $(#[doc = $doc])+
        #[serde(rename_all = "camelCase")]
        pub struct $view {
            /// Its id: a UUID, which sorts by when it was made.
            pub id: $crate::ids::Id,
            $($(#[$column_meta])* pub $column: $column_type,)*
            $($(#[$document_meta])* pub $document: $document_type,)*
            $($($(#[$set_meta])* pub $set: Vec<$set_code>,)*)?
            /// 1, and one more with every change.
            pub version: i64,
            /// When it was recorded.
            pub created_at: $crate::clock::UtcTime,
            /// When it was last changed.
            pub updated_at: $crate::clock::UtcTime,
            /// Why it should not have been recorded, if somebody said so; it counts nowhere, and shows to staff only.
            pub entered_in_error: Option<String>,
        }

        impl $crate::http::answer::View for $view {
            fn version(&self) -> i64 {
                self.version
            }
        }

        impl $row {
            fn made_of(head: $crate::casework::record::Head, body: $body) -> Self {
                Self::of(head, $content {
                    $($column: body.$column,)*
                    $($document: $crate::db::types::Json(body.$document),)*
                    $($($set: body.$set.into_iter().collect(),)*)?
                })
            }

            fn written(&self) -> $body {
                $body {
                    $($column: self.$column.clone(),)*
                    $($document: self.$document.0.clone(),)*
                    $($($set: self.$set.codes().collect(),)*)?
                }
            }

            fn viewed(self) -> $view {
                $view {
                    id: self.id,
                    $($column: self.$column,)*
                    $($document: self.$document.0,)*
                    $($($set: self.$set.codes().collect(),)*)?
                    version: self.version,
                    created_at: self.created_at,
                    updated_at: self.updated_at,
                    entered_in_error: self.entered_in_error,
                }
            }
        }
    };
    (rules $row:ident, $body:ident, $view:ident $(, $faults:path)? $(; shown by $shown:path)?) => {
        impl $crate::casework::record::Record for $row {
            type Body = $body;
            type View = $view;

            fn new(head: $crate::casework::record::Head, body: $body) -> Self {
                Self::made_of(head, body)
            }

            fn body(&self) -> $body {
                self.written()
            }

            fn view(self) -> $view {
                self.viewed()
            }

            $(fn faults(body: &$body) -> Vec<$crate::problem::Fault> {
                $faults(body)
            })?

            $(fn shown(self, owner: &Self::Owner) -> $view {
                $shown(self, owner)
            })?
        }
    };
}
