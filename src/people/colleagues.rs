//! Staff as their colleagues find them, to allocate a case.

use actix_web::get;

use super::users::{self, Colleague};
use crate::act::Act;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::list::NoFilter;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Role;
use crate::problem::Problem;

/// Find colleagues
///
/// The staff of the caller's authorities to whom a case can be allocated; for an administrator every account in them,
/// disabled ones too.
#[utoipa::path(
    operation_id = "listColleagues",
    tag = "Users",
    params(PageParams),
    responses((status = 200, description = "A page of colleagues", body = Page<Colleague>)),
    extensions(("x-permission" = json!("colleagues.read")))
)]
#[get("/v1/users")]
pub async fn list_colleagues(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<Colleague>, Problem> {
    let administered = act.caller.authorities_as(&[Role::Admin]);
    if !administered.is_empty() {
        let users = users::page_in(act.conn, &administered, false, page)?;
        return Ok(users.map(|user| Colleague {
            id: user.id,
            name: user.name,
            roles: user.roles.0,
            username: Some(user.username),
            enabled: Some(user.enabled),
        }));
    }
    let users = users::page_in(act.conn, &act.caller.staff_of(), true, page)?;
    Ok(users.map(|user| Colleague {
        id: user.id,
        name: user.name,
        roles: user.roles.0,
        username: None,
        enabled: None,
    }))
}
