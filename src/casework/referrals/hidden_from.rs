//! From whom a referral is hidden: whoever it says must not see it, a user who is a person of concern of it, and whoever is
//! excluded from an adult it very likely is about. It goes to another manager.

use super::dto::NewReferral;
use super::model::Referral;
use crate::act::Act;
use crate::body::Unused;
use crate::casework::access::conflicts::{self, ConflictKind, NewConflict};
use crate::casework::cases::exclusions::{self, Excluded};
use crate::casework::cases::model::Case;
use crate::ids::Id;
use crate::people::adults::Likeness;
use crate::people::{clients, users};
use crate::problem::Problem;

/// Hides a referral that was just received from those who are not to see it.
pub fn hide(act: &mut Act, referral: &Referral) -> Result<(), Problem> {
    let content = &referral.content.0;
    let said = said(act, content)?;
    if !said.is_empty() {
        exclusions::of_referral(act, referral.id, said)?;
    }
    know(act, (referral.id, &referral.authority), &content.adult.likeness())
}

/// Notes what a referral's adult may be known by, and hides it from whoever is excluded from somebody known by that.
pub fn know(act: &mut Act, referral: (Id, &str), likeness: &Likeness) -> Result<(), Problem> {
    exclusions::index_referral(act.conn, referral, likeness)?;
    exclusions::match_referral(act, likeness)
}

fn said(act: &mut Act, content: &NewReferral) -> Result<Vec<Excluded>, Problem> {
    let mut found = Vec::new();
    for named in &content.must_not_see {
        if let Some(account) = named.user_id {
            found.extend(of_account(act, account)?);
        }
        found.extend(named.staff_number.clone().map(by_staff_number));
        if let Some(name) = &named.name {
            found.extend(users::of_name(act.conn, name, None)?.into_iter().map(by_account));
        }
    }
    for person in &content.persons_of_concern {
        found.extend(person.staff_number.clone().map(by_staff_number));
        if let (Some(name), Some(born)) = (&person.name, person.date_of_birth) {
            found.extend(
                users::of_name(act.conn, name, Some(born))?
                    .into_iter()
                    .map(by_account),
            );
        }
    }
    Ok(found)
}

/// A person is kept away by their account. A program acts for everybody of its agency, so they all are.
fn of_account(act: &mut Act, account: Id) -> Result<Option<Excluded>, Problem> {
    if users::find(act.conn, account)?.is_some() {
        return Ok(Some(by_account(account)));
    }
    Ok(clients::find(act.conn, account)?.map(|client| by_agency(client.agency_id)))
}

/// What a referral says about who must not see it and nobody here can be found by: the sender is told, because nobody is
/// kept away by it.
pub fn not_found(act: &mut Act, content: &NewReferral) -> Result<Vec<Unused>, Problem> {
    let mut unused = Vec::new();
    for (index, named) in content.must_not_see.iter().enumerate() {
        if let Some(account) = named.user_id
            && of_account(act, account)?.is_none()
        {
            unused.push(Unused {
                pointer: format!("/mustNotSee/{index}/userId"),
                code: "unknown".to_owned(),
                received: serde_json::json!(account),
            });
        }
    }
    Ok(unused)
}

fn by_account(user: Id) -> Excluded {
    Excluded {
        user_id: Some(user),
        agency_id: None,
        staff_number: None,
    }
}

fn by_agency(agency: Id) -> Excluded {
    Excluded {
        user_id: None,
        agency_id: Some(agency),
        staff_number: None,
    }
}

fn by_staff_number(number: String) -> Excluded {
    Excluded {
        user_id: None,
        agency_id: None,
        staff_number: Some(number),
    }
}

/// Whom the referral itself keeps away is kept away from the case it leads to, by conflicts that people can end.
pub fn keep_from(act: &mut Act, referral: &Referral, case: &Case) -> Result<(), Problem> {
    for whom in exclusions::said_by_referral(act.conn, referral.id)? {
        let conflict = NewConflict {
            user_id: whom.user_id,
            agency_id: whom.agency_id,
            staff_number: whom.staff_number,
            kind: ConflictKind::Other,
            detail: format!("Said by the referral {}", referral.reference),
            ended_on: None,
        };
        conflicts::write(act, case, conflict)?;
    }
    Ok(())
}
