//! A profile as XML, in the order of the schema (TS 29.228 Annex E).

use super::xml::XmlWriter;
use super::{
    ApplicationServer, Condition, ConditionType, DefaultHandling, ImsSubscription, InitialFilterCriteria,
    ProfilePartIndicator, PublicIdentity, ServicePointTrigger, ServiceProfile, Trigger,
};

pub(super) fn subscription(subscription: &ImsSubscription) -> String {
    let mut w = XmlWriter::new();
    w.element("IMSSubscription", |w| {
        w.leaf("PrivateID", &subscription.private_id);
        for profile in &subscription.service_profiles {
            service_profile(w, profile);
        }
        if let Some(imsi) = &subscription.imsi {
            w.element("Extension", |w| w.leaf("IMSI", imsi));
        }
    });
    w.finish()
}

fn service_profile(w: &mut XmlWriter, profile: &ServiceProfile) {
    w.element("ServiceProfile", |w| {
        for identity in &profile.public_identities {
            public_identity(w, identity);
        }
        if let Some(authorization) = &profile.authorization {
            w.element("CoreNetworkServicesAuthorization", |w| {
                if let Some(id) = authorization.media_profile {
                    w.number("SubscribedMediaProfileId", id);
                }
                w.if_any("Extension", |w| {
                    w.if_any("ListOfServiceIds", |w| {
                        for service in &authorization.services {
                            w.leaf("ServiceId", service);
                        }
                    });
                });
            });
        }
        for criteria in &profile.filter_criteria {
            filter_criteria(w, criteria);
        }
        w.if_any("Extension", |w| {
            for set in &profile.shared_ifc_sets {
                w.number("SharedIFCSetID", *set);
            }
        });
    });
}

fn public_identity(w: &mut XmlWriter, id: &PublicIdentity) {
    w.element("PublicIdentity", |w| {
        if id.barred {
            w.number("BarringIndication", 1);
        }
        w.leaf("Identity", &id.identity);
        // Each release put its elements into an Extension inside the one before.
        w.if_any("Extension", |w| {
            if let Some(kind) = id.identity_type {
                w.number("IdentityType", kind.0);
            }
            leaf(w, "WildcardedPSI", id.wildcarded_psi.as_ref());
            w.if_any("Extension", |w| {
                leaf(w, "DisplayName", id.display_name.as_ref());
                leaf(w, "AliasIdentityGroupID", id.alias_group.as_ref());
                w.if_any("Extension", |w| {
                    leaf(w, "WildcardedIMPU", id.wildcarded_impu.as_ref());
                    leaf(w, "ServiceLevelTraceInfo", id.service_level_trace.as_ref());
                    number(w, "ServicePriorityLevel", id.service_priority);
                    w.if_any("Extension", |w| {
                        for priority in &id.extended_priorities {
                            w.element("ExtendedPriority", |w| {
                                w.leaf("PriorityNamespace", &priority.namespace);
                                w.leaf("PriorityLevel", &priority.level);
                            });
                        }
                        w.if_any("Extension", |w| {
                            number(w, "MaxNumOfAllowedSimultRegistrations", id.max_registrations);
                        });
                    });
                });
            });
        });
    });
}

pub(super) fn filter_criteria(w: &mut XmlWriter, criteria: &InitialFilterCriteria) {
    w.element("InitialFilterCriteria", |w| {
        w.number("Priority", criteria.priority);
        if let Some(trigger) = &criteria.trigger {
            trigger_point(w, trigger);
        }
        application_server(w, &criteria.application_server);
        if let Some(part) = criteria.profile_part {
            w.number(
                "ProfilePartIndicator",
                match part {
                    ProfilePartIndicator::Registered => 0,
                    ProfilePartIndicator::Unregistered => 1,
                },
            );
        }
    });
}

fn trigger_point(w: &mut XmlWriter, trigger: &Trigger) {
    w.element("TriggerPoint", |w| {
        w.number(
            "ConditionTypeCNF",
            u32::from(trigger.condition_type == ConditionType::Cnf),
        );
        for spt in &trigger.triggers {
            service_point_trigger(w, spt);
        }
    });
}

fn service_point_trigger(w: &mut XmlWriter, spt: &ServicePointTrigger) {
    w.element("SPT", |w| {
        w.number("ConditionNegated", u32::from(spt.negated));
        for group in &spt.groups {
            w.number("Group", *group);
        }
        match &spt.condition {
            Condition::RequestUri(expression) => w.leaf("RequestURI", expression.as_str()),
            Condition::Method(method) => w.leaf("Method", method),
            Condition::Header { name, content } => w.element("SIPHeader", |w| {
                w.leaf("Header", name.as_str());
                leaf(w, "Content", content.as_ref().map(|c| c.as_str()));
            }),
            Condition::SessionCase(case) => w.number("SessionCase", case.0),
            Condition::SessionDescription { line, content } => w.element("SessionDescription", |w| {
                w.leaf("Line", line.as_str());
                leaf(w, "Content", content.as_ref().map(|c| c.as_str()));
            }),
            Condition::Unknown => {}
        }
        w.if_any("Extension", |w| {
            for kind in &spt.registration_types {
                w.number("RegistrationType", kind.0);
            }
        });
    });
}

fn application_server(w: &mut XmlWriter, server: &ApplicationServer) {
    w.element("ApplicationServer", |w| {
        w.leaf("ServerName", &server.server_name);
        w.number(
            "DefaultHandling",
            match server.default_handling {
                DefaultHandling::SessionContinued => 0,
                DefaultHandling::SessionTerminated => 1,
            },
        );
        leaf(w, "ServiceInfo", server.service_info.as_ref());
        w.if_any("Extension", |w| {
            if server.include_register_request {
                w.empty("IncludeRegisterRequest");
            }
            if server.include_register_response {
                w.empty("IncludeRegisterResponse");
            }
        });
    });
}

fn leaf(w: &mut XmlWriter, name: &str, text: Option<impl AsRef<str>>) {
    if let Some(text) = text {
        w.leaf(name, text.as_ref());
    }
}

fn number(w: &mut XmlWriter, name: &str, value: Option<u32>) {
    if let Some(value) = value {
        w.number(name, value);
    }
}
