//! The policy once more, from the table of roles and relationships in the design: plain structs and `if`s, no SQL.

use std::collections::{BTreeMap, HashMap};

use super::situations::{Situation, World};
use msp_api::ids::Id;
use msp_api::policy::{Caller, CallerKind, Role, TeamKind};

/// What a caller can be to a case, strongest first, each with a letter.
pub const STANDINGS: [(char, &str); 12] = [
    ('M', "Manager"),
    ('D', "Delegated"),
    ('A', "Allocated"),
    ('U', "OnDuty"),
    ('V', "Adviser"),
    ('E', "Emergency"),
    ('L', "Advocate"),
    ('Q', "AdvocateAsked"),
    ('W', "Adult"),
    ('R', "Representative"),
    ('P', "Partner"),
    ('G', "EnquiringAgency"),
];

/// Who is permitted, the scope a client needs, and the permissions, each with the part of a case it touches.
const MATRIX: &str = "
MDAUVELWRP actions:write    cases.read outcomes.read/outcomes wishes.read/wishes capacity.read/capacity actions.read/plan
MDAUVELWRP actions:write    sharing.read/decisions meetings.read/meetings
MDAUVELWR  -                plans.read/plan responses.read/plan advocacy_needs.read/decisions achievements.read/outcomes
MDAUVELWR  -                discussions.read/meetings
MDAUVELR   -                enquiries.read/decisions
MDAUVELQWR -                advocacy_assignments.read/decisions
MDAUVELW   -                adults.read representatives.read risks.read representations.read
MDAUVEL    -                withheld.see team.read timeline.read closing.read disagreements.read informed.read links.read
MDAUVELG   enquiries:write  caused_enquiries.read
MDAUVE     -                contacts.read
MDAEP      actions:write    persons_of_concern.read/persons_of_concern
MDAU       -                contacts.record app_access.read
MDAUW      -                requests.read
MDA        -                cases.move cases.plan caused_enquiries.request access.read closing.draft referrals.tell
MDAL       referrals:read   referrals.read
MDA        referrals:read   referrals.follow
MDLWR      referrals:submit referrals.submit
MAP        actions:write    actions.amend/plan
MD         -                cases.decide cases.group cases.allocate adults.search adults.create referrals.ask
MD         -                referrals.triage colleagues.read authorities.read advocates.read agencies.read teams.read
MA         -                adults.amend representatives.record requests.answer capacity.record actions.record
MA         -                plans.record responses.record risks.record disagreements.record persons_of_concern.record
MA         -                sharing.record informed.record links.record advocacy_needs.record meetings.record
MA         -                advocacy_assignments.request representations.answer invitations.keep
MAEW       -                adults.confidential
MAG        enquiries:write  caused_enquiries.answer
MAWR       -                my_view.read/next_steps
MW         -                access_log.read
LWR        -                me.pause
MDAUVE     -                app_access.decide
MALQ       -                advocacy_assignments.move
MAL        -                representations.make advocacy_assignments.end meetings.discuss
LQ         -                advocacy_assignments.answer
M          -                cases.conclude cases.close cases.reopen caused_enquiries.judge cases.transfer access.keep
M          -                emergency_access.read emergency_access.review notices.read notices.handle adults.merge outcomes.correct
M          -                advocacy_assignments.instruct_imca referrals.resolve intake_refusals.read advocates.keep
M          -                questionnaires.keep intake_refusals.handle approvals.read approvals.decide
ALWR       -                outcomes.record/outcomes wishes.record/wishes
MALWR      -                outcomes.revise/outcomes outcomes.judge/outcomes wishes.correct
MWR        -                feedback.read/feedback
AWR        -                feedback.give/feedback
MW         -                feedback.correct
W          -                requests.ask plans.agree
.          -                me.read emergency_access.use referrals.update authorities.keep agencies.keep users.read
.          -                users.keep teams.keep api_clients.read api_clients.keep sessions.end authenticator.keep
.          -                invitations.accept approvals.collect questionnaires.read reference_data.read drafts.keep audit.read audit.verify
";

/// What a permission asks.
pub struct Row {
    pub letters: String,
    pub scope: String,
    pub part: Option<String>,
    /// Whether an app that shows only the next steps is enough.
    pub next_steps: bool,
}

/// The matrix by permission.
pub fn matrix() -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    for line in MATRIX.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (letters, scope) = (words.next().unwrap(), words.next().unwrap());
        for permission in words {
            let (name, part) = match permission.split_once('/') {
                Some((name, part)) => (name, Some(part.to_owned())),
                None => (permission, None),
            };
            let row = Row {
                letters: letters.to_owned(),
                scope: scope.to_owned(),
                part,
                next_steps: ["my_view.read", "requests.ask"].contains(&name),
            };
            assert!(rows.insert(name.to_owned(), row).is_none(), "{name} stands twice");
        }
    }
    rows
}

/// Whether a conflict of any case keeps somebody away from this one, whatever they ask.
pub fn in_conflict(world: &World, caller: &Caller, case: &Situation) -> bool {
    let numbers: Vec<&String> = world
        .staff_numbers
        .iter()
        .filter(|(id, _)| *id == caller.id)
        .map(|(_, number)| number)
        .collect();
    // Every account of the same member of staff, with its agency.
    let same: Vec<&Caller> = world
        .callers
        .iter()
        .filter(|other| {
            let is_theirs = |number: &&String| world.staff_numbers.contains(&(other.id, (*number).clone()));
            other.id == caller.id || numbers.iter().any(is_theirs)
        })
        .collect();
    for source in &world.cases {
        if !reaches(world, source, case) {
            continue;
        }
        for conflict in &source.conflicts {
            if conflict.ended || conflict.in_error {
                continue;
            }
            if conflict
                .staff_number
                .as_ref()
                .is_some_and(|number| numbers.contains(&number))
            {
                return true;
            }
            let names = |one: &&Caller| {
                conflict.user == Some(one.id)
                    || (conflict.agency.is_some() && conflict.agency == one.agency_id)
            };
            if same.iter().any(names) {
                return true;
            }
        }
    }
    false
}

/// Whether a conflict recorded on one case holds on another: about the same human, of one group, or transferred.
fn reaches(world: &World, source: &Situation, case: &Situation) -> bool {
    let grouped = source.group.is_some() && source.group == case.group;
    source.id == case.id || grouped || world.humans[&source.adult] == world.humans[&case.adult]
}

/// Which records are of one human: each gets the number of the human, through merges and transfers, step by step.
pub fn humans(world: &World) -> HashMap<Id, usize> {
    let mut humans: HashMap<Id, usize> = world
        .adults
        .iter()
        .enumerate()
        .map(|(at, id)| (*id, at))
        .collect();
    let adult_of: HashMap<Id, Id> = world.cases.iter().map(|case| (case.id, case.adult)).collect();
    let mut same = world.merged.clone();
    for case in &world.cases {
        if let Some(earlier) = case.came_from {
            same.push((adult_of[&earlier], case.adult));
        }
    }
    loop {
        let before = humans.clone();
        for (one, other) in &same {
            let least = humans[one].min(humans[other]);
            humans.insert(*one, least);
            humans.insert(*other, least);
        }
        if humans == before {
            return humans;
        }
    }
}

/// The strongest standing that permits it, if any does.
pub fn decide(world: &World, row: &Row, caller: &Caller, case: &Situation) -> Option<&'static str> {
    if world.excluded.contains(&(caller.id, case.id)) {
        return None;
    }
    if caller.kind == CallerKind::Client && !caller.scopes.contains(&row.scope) {
        return None;
    }
    for (letter, name) in STANDINGS {
        if row.letters.contains(letter) && stands(world, letter, row, caller, case) {
            return Some(name);
        }
    }
    None
}

fn stands(world: &World, letter: char, row: &Row, caller: &Caller, case: &Situation) -> bool {
    let part = row.part.as_deref();
    let next_steps = row.next_steps;
    let has = |role: Role| caller.roles.iter().any(|grant| grant.role == role);
    let has_here = |role: Role| {
        caller
            .roles
            .iter()
            .any(|grant| grant.role == role && grant.authority == case.authority)
    };
    let staff_roles = [Role::Manager, Role::Practitioner, Role::DelegatedPractitioner];
    let staff_here = staff_roles.into_iter().any(has_here);
    let staff_somewhere = staff_roles.into_iter().any(has);
    let (mut named, mut names_somebody) = (false, case.allocated_to.is_some());
    for grant in &case.grants {
        // The last day belongs to it.
        if grant.user.is_some() && !grant.in_error && grant.ends_in_days.is_none_or(|days| days >= 0) {
            names_somebody = true;
            named |= grant.user == Some(caller.id);
        }
    }
    match letter {
        'M' => has_here(Role::Manager) && (!case.restricted || named || !names_somebody),
        'D' => has_here(Role::DelegatedPractitioner) && (!case.restricted || named),
        'A' => {
            let in_team = caller
                .teams
                .iter()
                .any(|team| Some(team.id) == case.allocated_team);
            staff_here && (case.allocated_to == Some(caller.id) || (in_team && !case.restricted))
        }
        'U' => {
            let on_duty = caller
                .teams
                .iter()
                .any(|team| team.kind == TeamKind::Duty && team.authority == case.authority);
            let open = case.state != "closed" && case.state != "closed_no_enquiry";
            staff_here && on_duty && open && !case.restricted
        }
        'V' => staff_here && named,
        'E' => {
            let now = case
                .emergency
                .iter()
                .any(|(user, now)| *user == caller.id && *now);
            staff_here && now
        }
        'L' => has_here(Role::Advocate) && assigned(caller, case, &["accepted", "active"]),
        'Q' => has_here(Role::Advocate) && assigned(caller, case, &["requested"]),
        'W' => has_here(Role::Adult) && lets_in(case) && !apps(caller, case, "adult", next_steps).is_empty(),
        'R' => {
            let theirs = apps(caller, case, "representative", next_steps);
            has_here(Role::Representative) && lets_in(case) && represents(world, part, &theirs, case)
        }
        'P' => {
            if staff_somewhere || caller.agency_id.is_none() {
                return false;
            }
            // Who looks after accounts, checks, or reads figures is never there for an agency.
            for role in [Role::Admin, Role::Auditor, Role::Board, Role::Analyst] {
                if has(role) {
                    return false;
                }
            }
            if !shares(world, caller, case) {
                return false;
            }
            case.grants.iter().any(|grant| {
                let there = grant.agency.is_some() && grant.agency == caller.agency_id;
                let stands = !grant.in_error && grant.ends_in_days.is_none_or(|days| days >= 0);
                let section = part.is_none_or(|part| grant.sections.contains(&part));
                there && stands && section
            })
        }
        'G' => {
            let asked = caller
                .agency_id
                .is_some_and(|agency| case.asked.contains(&agency));
            caller.kind == CallerKind::Client && asked && shares(world, caller, case)
        }
        other => panic!("no such standing: {other}"),
    }
}

/// Whether the authority of the case has an agreement with the caller's agency today, and the caller belongs there: a client
/// that serves it, a person with a role in it or whom it registered.
fn shares(world: &World, caller: &Caller, case: &Situation) -> bool {
    let mut agreed = false;
    for agreement in &world.agreements {
        let of_them = Some(agreement.agency) == caller.agency_id && agreement.authority == case.authority;
        if of_them
            && agreement.from_days.is_some_and(|days| days <= 0)
            && agreement.until_days.is_none_or(|days| days >= 0)
        {
            agreed = true;
        }
    }
    let belongs = match caller.kind {
        CallerKind::Client => caller.authorities.iter().any(|served| served == case.authority),
        _ => {
            let has_a_role = caller.roles.iter().any(|grant| grant.authority == case.authority);
            has_a_role || world.registered_by.get(&caller.id) == Some(&case.authority)
        }
    };
    agreed && belongs
}

/// Whether the caller is an advocate here, by their own login or by an app for this case, that was not stopped.
fn assigned(caller: &Caller, case: &Situation, states: &[&str]) -> bool {
    let by_app = apps(caller, case, "advocate", true);
    let mut assignments = case.assignments.iter();
    assignments.any(|(user, state)| {
        let theirs = *user == caller.id || by_app.contains(&Some(*user));
        theirs && states.contains(state) && !stopped(case, Some(*user))
    })
}

/// Whether apps show the case: not long after it was closed.
fn lets_in(case: &Situation) -> bool {
    !case.state.starts_with("closed") || case.closed_lately
}

/// Whether the last decision about somebody's app stops it.
fn stopped(case: &Situation, person: Option<Id>) -> bool {
    let mut of_them = case
        .decisions
        .iter()
        .filter(|(whose, _, in_error)| *whose == person && !in_error);
    of_them
        .next_back()
        .is_some_and(|(_, decision, _)| ["not_safe", "paused"].contains(decision))
}

/// The people as whom the caller's apps show the case, with a view that is wide enough.
fn apps(caller: &Caller, case: &Situation, relationship: &str, next_steps: bool) -> Vec<Option<Id>> {
    let theirs = case.access.iter().filter(|given| {
        given.user == caller.id
            && given.relationship == relationship
            && !given.ended
            && !stopped(case, given.person)
            && (next_steps || !given.next_steps_only)
    });
    theirs.map(|given| given.person).collect()
}

fn represents(world: &World, part: Option<&str>, theirs: &[Option<Id>], case: &Situation) -> bool {
    for supporter in &world.supporters {
        if supporter.adult != case.adult || !theirs.contains(&Some(supporter.id)) {
            continue;
        }
        if supporter.conflict == "implicated" || supporter.in_error {
            continue;
        }
        if supporter.ends_in_days.is_some_and(|days| days < 0) {
            continue;
        }
        let receives = match part {
            None => true,
            // Capacity is decided by whoever has the authority to decide.
            Some("capacity") => {
                supporter.may_receive.contains(&"decisions") && supporter.legal_authority != "none"
            }
            Some(part) => supporter.may_receive.contains(&part),
        };
        if receives {
            return true;
        }
    }
    false
}
