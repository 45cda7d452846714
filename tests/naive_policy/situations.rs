//! Random cases and callers, as plain structs, and the same in a database.

use std::collections::{HashMap, HashSet};

use msp_api::clock;
use msp_api::ids::Id;
use msp_api::policy::{Caller, CallerKind, Role, RoleGrant, Team, TeamKind};

use super::again::{humans, in_conflict};
use crate::graph::dice::Dice;

const AUTHORITIES: [&str; 3] = ["northbank", "eastmoor", "westvale"];
const SECTIONS: [&str; 9] = [
    "outcomes",
    "wishes",
    "meetings",
    "plan",
    "next_steps",
    "feedback",
    "decisions",
    "capacity",
    "persons_of_concern",
];

#[derive(Debug, Clone)]
pub struct Grant {
    pub user: Option<Id>,
    pub agency: Option<Id>,
    pub ends_in_days: Option<i64>,
    pub in_error: bool,
    pub sections: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Conflict {
    pub user: Option<Id>,
    pub agency: Option<Id>,
    pub staff_number: Option<String>,
    pub ended: bool,
    pub in_error: bool,
}

/// An app that was given a case.
#[derive(Debug, Clone)]
pub struct Given {
    pub user: Id,
    pub relationship: &'static str,
    /// Which supporter, or the account of the advocate with that entry in the register; none: the adult, or nobody.
    pub person: Option<Id>,
    pub ended: bool,
    pub next_steps_only: bool,
}

#[derive(Debug, Clone)]
pub struct Supporter {
    pub id: Id,
    pub adult: Id,
    pub user: Id,
    pub conflict: &'static str,
    pub legal_authority: &'static str,
    pub ends_in_days: Option<i64>,
    pub in_error: bool,
    pub may_receive: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Situation {
    pub id: Id,
    pub authority: &'static str,
    pub state: &'static str,
    pub restricted: bool,
    pub adult: Id,
    /// Cases of one organisational concern.
    pub group: Option<Id>,
    /// The case of another authority that it goes on from.
    pub came_from: Option<Id>,
    pub allocated_to: Option<Id>,
    pub allocated_team: Option<Id>,
    pub grants: Vec<Grant>,
    pub conflicts: Vec<Conflict>,
    /// Who, and whether it has not ended.
    pub emergency: Vec<(Id, bool)>,
    /// The advocate's account, and where the assignment stands.
    pub assignments: Vec<(Id, &'static str)>,
    /// Apps that were given the case.
    pub access: Vec<Given>,
    /// What was decided about apps, in order: the supporter, the advocate's account or (none) the adult; and whether that was
    /// in error.
    pub decisions: Vec<(Option<Id>, &'static str, bool)>,
    /// Whether its last step was taken lately.
    pub closed_lately: bool,
    /// Agencies asked to enquire.
    pub asked: Vec<Id>,
}

/// What an agency and an authority agreed, in days from today.
#[derive(Debug, Clone)]
pub struct Agreed {
    pub agency: Id,
    pub authority: &'static str,
    pub from_days: Option<i64>,
    pub until_days: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub struct World {
    pub callers: Vec<Caller>,
    pub cases: Vec<Situation>,
    pub supporters: Vec<Supporter>,
    pub agencies: Vec<Id>,
    pub agreements: Vec<Agreed>,
    /// The authority that keeps an account.
    pub registered_by: HashMap<Id, &'static str>,
    pub teams: Vec<Team>,
    pub adults: Vec<Id>,
    /// The authority that keeps each adult's record, and their cases.
    pub homes: HashMap<Id, &'static str>,
    /// Records that were found to be of one person: the duplicate, and the one that stays.
    pub merged: Vec<(Id, Id)>,
    /// Staff numbers of accounts: several accounts have the same one.
    pub staff_numbers: Vec<(Id, String)>,
    pub groups: Vec<(Id, &'static str)>,
    /// Which human each record of an adult is of.
    pub humans: HashMap<Id, usize>,
    /// Callers and cases that a conflict keeps apart, found out once by the naive policy.
    pub excluded: HashSet<(Id, Id)>,
}

impl World {
    /// A world of its own for each seed.
    pub fn random(dice: &mut Dice, users: usize, clients: usize, cases: usize) -> Self {
        let kinds = [TeamKind::Duty, TeamKind::Casework];
        let each = AUTHORITIES
            .into_iter()
            .flat_map(|authority| kinds.map(|kind| (authority, kind)));
        let teams = each.map(|(authority, kind)| Team {
            id: Id::new(),
            authority: authority.to_owned(),
            kind,
        });
        let mut world = Self {
            agencies: (0..5).map(|_| Id::new()).collect(),
            teams: teams.collect(),
            adults: (0..cases * 2 / 3).map(|_| Id::new()).collect(),
            ..Self::default()
        };
        // Two that stand next to each other are in one authority: they may be merged.
        let homes = world.adults.chunks(2).zip(AUTHORITIES.into_iter().cycle());
        let homes = homes.flat_map(|(pair, authority)| pair.iter().map(move |adult| (*adult, authority)));
        world.homes = homes.collect();
        for agency in world.agencies.clone() {
            for authority in AUTHORITIES {
                if dice.percent(80) {
                    world.agreements.push(Agreed {
                        agency,
                        authority,
                        from_days: dice.percent(90).then(|| dice.pick(&[-200, -1, 0, 1])),
                        until_days: dice.percent(40).then(|| dice.pick(&[-1, 0, 30])),
                    });
                }
            }
        }
        world.callers = (0..users).map(|_| world.user(dice)).collect();
        for caller in &world.callers {
            // Whoever has a role may be kept by another authority; whoever has none is kept by some.
            if caller.roles.is_empty() || dice.percent(50) {
                world.registered_by.insert(caller.id, dice.pick(&AUTHORITIES));
            }
        }
        let of_agencies: Vec<Caller> = (0..clients).map(|_| world.client(dice)).collect();
        world.callers.extend(of_agencies);
        for adult in world.adults.clone() {
            for _ in 0..dice.roll() % 4 {
                let supporter = world.supporter(dice, adult);
                world.supporters.push(supporter);
            }
        }
        for caller in &world.callers {
            if caller.kind == CallerKind::User && dice.percent(50) {
                let number = format!("N-{}", dice.roll() % 20);
                world.staff_numbers.push((caller.id, number));
            }
        }
        for pair in world.adults.chunks(2) {
            if dice.percent(12) && pair.len() == 2 {
                world.merged.push((pair[0], pair[1]));
            }
        }
        let two_each = AUTHORITIES.into_iter().cycle().take(6);
        world.groups = two_each.map(|authority| (Id::new(), authority)).collect();
        for _ in 0..cases {
            let case = world.case(dice);
            world.cases.push(case);
        }
        world.humans = humans(&world);
        let callers = world.callers.iter();
        let pairs = callers.flat_map(|caller| world.cases.iter().map(move |case| (caller, case)));
        let apart = pairs.filter(|(caller, case)| in_conflict(&world, caller, case));
        world.excluded = apart.map(|(caller, case)| (caller.id, case.id)).collect();
        world
    }

    fn user(&self, dice: &mut Dice) -> Caller {
        let roles: Vec<RoleGrant> = (0..dice.pick(&[0, 1, 1, 1, 2, 2]))
            .map(|_| RoleGrant {
                role: dice.pick(Role::ALL),
                authority: dice.pick(&AUTHORITIES).to_owned(),
            })
            .collect();
        // Mostly teams of where somebody works: the others must not help.
        let near = roles.first().map(|role| role.authority.clone());
        let mut teams = self.teams.clone();
        teams.retain(|team| {
            dice.percent(if Some(&team.authority) == near.as_ref() {
                50
            } else {
                12
            })
        });
        Caller {
            id: Id::new(),
            kind: CallerKind::User,
            name: "somebody".to_owned(),
            agency_id: dice.percent(40).then(|| dice.pick(&self.agencies)),
            roles,
            teams,
            scopes: vec![],
            default_authority: None,
            authorities: vec![],
            agreements: vec![],
            escalated: false,
            at: clock::now(),
        }
    }

    fn client(&self, dice: &mut Dice) -> Caller {
        let all = [
            "actions:write",
            "enquiries:write",
            "referrals:read",
            "referrals:submit",
        ];
        Caller {
            kind: CallerKind::Client,
            agency_id: Some(dice.pick(&self.agencies)),
            roles: vec![],
            teams: vec![],
            scopes: some(dice, 60, &all).into_iter().map(str::to_owned).collect(),
            authorities: some(dice, 70, &AUTHORITIES)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            escalated: false,
            ..self.user(dice)
        }
    }

    /// Mostly somebody with this role in this authority: elsewhere it must not help.
    fn with_role_in(&self, dice: &mut Dice, role: Role, authority: &str) -> Id {
        let there = |held: &RoleGrant| held.role == role && held.authority == authority;
        let holders = self
            .callers
            .iter()
            .filter(|caller| caller.roles.iter().any(there));
        let holders: Vec<Id> = holders.map(|caller| caller.id).collect();
        match holders.is_empty() || dice.percent(30) {
            true => self.with_role(dice, role),
            false => dice.pick(&holders),
        }
    }

    fn with_role(&self, dice: &mut Dice, role: Role) -> Id {
        let holders = self
            .callers
            .iter()
            .filter(|caller| caller.roles.iter().any(|held| held.role == role));
        let holders: Vec<Id> = holders.map(|caller| caller.id).collect();
        match holders.is_empty() || dice.percent(5) {
            true => self.anybody(dice),
            false => dice.pick(&holders),
        }
    }

    fn anybody(&self, dice: &mut Dice) -> Id {
        let users = self
            .callers
            .iter()
            .filter(|caller| caller.kind == CallerKind::User);
        dice.pick(&users.map(|caller| caller.id).collect::<Vec<_>>())
    }

    fn supporter(&self, dice: &mut Dice, adult: Id) -> Supporter {
        Supporter {
            id: Id::new(),
            adult,
            user: self.with_role(dice, Role::Representative),
            conflict: dice.pick(&["none", "none", "possible", "implicated"]),
            legal_authority: dice.pick(&["none", "deputy", "appointee"]),
            ends_in_days: dice.percent(40).then(|| dice.pick(&[-30, -1, 0, 30])),
            in_error: dice.percent(15),
            may_receive: some(dice, 50, &SECTIONS[..7]),
        }
    }

    fn case(&self, dice: &mut Dice) -> Situation {
        let adult = dice.pick(&self.adults);
        let authority = self.homes[&adult];
        let count = |dice: &mut Dice, most: u64| 0..dice.roll() % (most + 1);
        let either = |dice: &mut Dice, percent: u64| match dice.percent(percent) {
            true => (Some(self.anybody(dice)), None),
            false => (None, Some(dice.pick(&self.agencies))),
        };
        let given = |dice: &mut Dice, user: Id, relationship: &'static str, person: Option<Id>| Given {
            user,
            relationship,
            person,
            ended: dice.percent(20),
            next_steps_only: dice.percent(20),
        };
        let mut access: Vec<Given> = Vec::new();
        for _ in count(dice, 3) {
            let user = self.with_role_in(dice, Role::Adult, authority);
            access.push(given(dice, user, "adult", None));
        }
        for supporter in self
            .supporters
            .iter()
            .filter(|supporter| supporter.adult == adult)
        {
            if dice.percent(80) {
                access.push(given(dice, supporter.user, "representative", Some(supporter.id)));
            }
        }
        let assignments: Vec<(Id, &'static str)> = count(dice, 6)
            .map(|_| {
                let states = [
                    "requested",
                    "requested",
                    "accepted",
                    "active",
                    "declined",
                    "ended",
                    "unavailable",
                ];
                (
                    self.with_role_in(dice, Role::Advocate, authority),
                    dice.pick(&states),
                )
            })
            .collect();
        for (advocate, _) in &assignments {
            if dice.percent(30) {
                let user = self.with_role_in(dice, Role::Advocate, authority);
                access.push(given(dice, user, "advocate", Some(*advocate)));
            }
        }
        // An account has one live app on a case.
        let mut live = HashSet::new();
        access.retain(|given| given.ended || live.insert(given.user));
        let whose: Vec<Option<Id>> = access.iter().map(|given| given.person).collect();
        let advocates = assignments.iter().map(|(user, _)| Some(*user));
        let people: Vec<Option<Id>> = whose.into_iter().chain(advocates).collect();
        let mut decisions = Vec::new();
        for person in people {
            for _ in count(dice, 2) {
                let decision = dice.pick(&["allow", "allow", "limited", "not_safe", "paused"]);
                decisions.push((person, decision, dice.percent(20)));
            }
        }
        Situation {
            id: Id::new(),
            authority,
            state: dice.pick(&[
                "concern",
                "enquiry",
                "plan",
                "concluded",
                "closed",
                "closed_no_enquiry",
            ]),
            restricted: dice.percent(35),
            adult,
            group: dice.percent(10).then(|| {
                let groups = self.groups.iter().filter(|(_, home)| *home == authority);
                dice.pick(&groups.map(|(id, _)| *id).collect::<Vec<_>>())
            }),
            came_from: match dice.percent(8) && !self.cases.is_empty() {
                true => Some(dice.pick(&self.cases.iter().map(|case| case.id).collect::<Vec<_>>())),
                false => None,
            },
            allocated_to: dice.percent(70).then(|| self.anybody(dice)),
            allocated_team: dice
                .percent(50)
                .then(|| dice.pick(&self.teams.iter().map(|team| team.id).collect::<Vec<_>>())),
            grants: count(dice, 10)
                .map(|_| {
                    let (user, agency) = either(dice, 70);
                    Grant {
                        user,
                        agency,
                        ends_in_days: dice.percent(35).then(|| dice.pick(&[-30, -1, 0, 30])),
                        in_error: dice.percent(15),
                        sections: some(dice, 50, &SECTIONS),
                    }
                })
                .collect(),
            conflicts: count(dice, 3)
                .map(|_| {
                    let (user, agency) = either(dice, 85);
                    let number = dice.percent(25).then(|| format!("N-{}", dice.roll() % 20));
                    Conflict {
                        user: user.filter(|_| number.is_none()),
                        agency: agency.filter(|_| number.is_none()),
                        staff_number: number,
                        ended: dice.percent(25),
                        in_error: dice.percent(15),
                    }
                })
                .collect(),
            emergency: count(dice, 6)
                .map(|_| (self.anybody(dice), dice.percent(60)))
                .collect(),
            assignments,
            access,
            decisions,
            closed_lately: dice.percent(50),
            asked: count(dice, 2).map(|_| dice.pick(&self.agencies)).collect(),
        }
    }

    /// Everything that bears on a case, for a failure to print.
    pub fn around(&self, case: &Situation) -> String {
        let supporters: Vec<_> = self
            .supporters
            .iter()
            .filter(|supporter| supporter.adult == case.adult)
            .collect();
        format!("{case:#?}\nsupporters {supporters:#?}")
    }
}

fn some<T: Copy>(dice: &mut Dice, chance: u64, from: &[T]) -> Vec<T> {
    from.iter().copied().filter(|_| dice.percent(chance)).collect()
}
