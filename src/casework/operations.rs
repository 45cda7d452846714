//! The operations of a plain record: concrete handlers, as the contract needs them, from one declaration.
//!
//! `list` and `get` read, `create` appends, `amend` patches; a record that is append-only leaves `amend` out. A slice
//! whose handlers do more writes them itself.

/// Declares the handlers of a plain record and the function that registers them.
#[macro_export]
macro_rules! record_operations {
    ($row:ident, $body:ident, $view:ident, tag $tag:tt, at $list_path:tt, one $($rest:tt)+) => {
        $crate::record_operations! { $row, $body, $view, tag $tag, at $list_path of CasePath, one $($rest)+ }
    };
    (
        $row:ident, $body:ident, $view:ident, tag $tag:tt, at $list_path:tt of $owner_params:ident, one $one_path:tt ($params:ident),
        read $read:tt, write $write:tt,
        list $list:ident $list_id:tt $list_summary:tt $list_description:tt $(by $list_with:path)?,
        create $create:ident $create_id:tt $create_summary:tt $create_description:tt $(by $create_with:path)?,
        get $get:ident $get_id:tt $get_summary:tt $get_description:tt $(by $get_with:path)?
        $(, amend $amend:ident $amend_id:tt $amend_summary:tt $amend_description:tt $(may $amend_may:tt)? $(by $amend_with:path)?)?
        $(, mistake $mistake:ident $mistake_id:tt $mistake_path:tt may $mistake_may:tt $(by $mistake_with:path)?)?
        $(,)?
    ) => {
        /// Registers the operations.
        pub fn operations(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
            config.service($list).service($create).service($get)$(.service($amend))?$(.service($mistake))?;
        }

        fn read_one(
            act: &mut $crate::act::Act,
            owner: $crate::ids::Id,
            id: $crate::ids::Id,
        ) -> Result<$view, $crate::problem::Problem> {
            $crate::record_operations!(@get $row $($get_with)?)(act, owner, id)
        }

        #[doc = $list_summary]
        #[utoipa::path(
            operation_id = $list_id,
            tag = $tag,
            summary = $list_summary,
            description = $list_description,
            params($crate::http::params::$owner_params, $crate::page::PageParams),
            responses((status = 200, description = "A page", body = $crate::page::Page<$view>)),
            extensions(("x-permission" = json!($read)))
        )]
        #[get($list_path)]
        pub async fn $list(
            call: $crate::http::call::Call,
            ids: $crate::http::extract::Ids<1>,
        ) -> $crate::http::answer::Reply {
            let $crate::http::extract::Ids([owner]) = ids;
            call.list(move |act, _: &$crate::http::list::NoFilter, page| {
                $crate::record_operations!(@list $row $($list_with)?)(act, owner, page)
            })
            .await
        }

        #[doc = $create_summary]
        #[utoipa::path(
            operation_id = $create_id,
            tag = $tag,
            summary = $create_summary,
            description = $create_description,
            params($crate::http::params::$owner_params),
            request_body = $body,
            responses((status = 201, description = "The new record", body = $view)),
            extensions(("x-permission" = json!($write)))
        )]
        #[post($list_path)]
        pub async fn $create(
            call: $crate::http::call::Call,
            ids: $crate::http::extract::Ids<1>,
            body: $crate::body::Body<$body>,
        ) -> $crate::http::answer::Reply {
            let $crate::http::extract::Ids([owner]) = ids;
            call.create(
                body,
                move |act, body| $crate::record_operations!(@create $row $($create_with)?)(act, owner, body),
                move |act, id| read_one(act, owner, id),
            )
            .await
        }

        #[doc = $get_summary]
        #[utoipa::path(
            operation_id = $get_id,
            tag = $tag,
            summary = $get_summary,
            description = $get_description,
            params($crate::http::params::$params),
            responses((status = 200, description = "The record", body = $view)),
            extensions(("x-permission" = json!($read)))
        )]
        #[get($one_path)]
        pub async fn $get(
            call: $crate::http::call::Call,
            ids: $crate::http::extract::Ids<2>,
        ) -> $crate::http::answer::Reply {
            let $crate::http::extract::Ids([owner, id]) = ids;
            call.read(move |act| read_one(act, owner, id)).await
        }

        $(
            #[doc = $amend_summary]
            #[utoipa::path(
                operation_id = $amend_id,
                tag = $tag,
                summary = $amend_summary,
                description = $amend_description,
                params($crate::http::params::$params, $crate::http::params::IfMatchHeader),
                request_body = $crate::body::Patch<$body>,
                responses((status = 200, description = "The record as it now is", body = $view)),
                extensions(("x-permission" = json!($crate::record_operations!(@may $write $($amend_may)?))))
            )]
            #[patch($one_path)]
            pub async fn $amend(
                call: $crate::http::call::Call,
                ids: $crate::http::extract::Ids<2>,
                body: $crate::body::Body<$crate::body::Patch<$body>>,
            ) -> $crate::http::answer::Reply {
                let $crate::http::extract::Ids([owner, id]) = ids;
                call.change(
                    body,
                    move |act, body| $crate::record_operations!(@amend $row $($amend_with)?)(act, owner, id, body),
                    move |act, id| read_one(act, owner, id),
                )
                .await
            }
        )?

        $(
            $crate::mistake_operation! {
                $view, tag $tag, at $mistake_path ($params), may $mistake_may, $mistake $mistake_id
                by $crate::record_operations!(@mistake $row $($mistake_with)?), then read_one
            }
        )?
    };
    (@mistake $row:ident) => { $crate::casework::record::mark::<$row> };
    (@mistake $row:ident $with:path) => { $with };
    (@may $write:tt) => { $write };
    (@may $write:tt $other:tt) => { $other };
    (@list $row:ident) => { $crate::casework::record::list::<$row> };
    (@list $row:ident $with:path) => { $with };
    (@get $row:ident) => { $crate::casework::record::get::<$row> };
    (@get $row:ident $with:path) => { $with };
    (@create $row:ident) => { $crate::casework::record::create::<$row> };
    (@create $row:ident $with:path) => { $with };
    (@amend $row:ident) => { $crate::casework::record::amend::<$row> };
    (@amend $row:ident $with:path) => { $with };
}

/// Declares the handler that marks a record as entered in error.
#[macro_export]
macro_rules! mistake_operation {
    (
        $view:ident, tag $tag:tt, at $path:tt ($params:ident), may $may:tt, $name:ident $id:tt
        by $mark:expr, then $read:path
    ) => {
        /// Mark as entered in error
        ///
        /// Nothing is deleted: the record stays with the reason, counts nowhere from now on, and shows to staff only. What
        /// the adult wrote themself only they can mark.
        #[utoipa::path(
                            operation_id = $id,
                            tag = $tag,
                            params($crate::http::params::$params, $crate::http::params::IfMatchHeader),
                            request_body = $crate::casework::record::EnteredInError,
                            responses((status = 200, description = "The record as it now is", body = $view)),
                            extensions(("x-permission" = json!($may)))
                        )]
        #[post($path)]
        pub async fn $name(
            call: $crate::http::call::Call,
            ids: $crate::http::extract::Ids<2>,
            body: $crate::body::Body<$crate::casework::record::EnteredInError>,
        ) -> $crate::http::answer::Reply {
            let $crate::http::extract::Ids([owner, id]) = ids;
            call.change(
                body,
                move |act, body| $mark(act, owner, id, body),
                move |act, id| $read(act, owner, id),
            )
            .await
        }
    };
}
