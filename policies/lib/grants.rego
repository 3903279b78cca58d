# METADATA
# description: What a grant lets an identity do, whatever the platform writes it like.
package mlpolicy.lib.grants

import future.keywords.not

# everything holds for actions and roles that stand for all actions.
everything(action) if action in {"*", "*:*", "*/*", "cluster-admin", "AdministratorAccess"}

everything(action) if regex.match(`(?i)^(roles/)?(owner|contributor|editor|admin)$`, action)

everything(action) if regex.match(`:policy/(AdministratorAccess|PowerUserAccess)$`, action)

# passes holds for actions that let an identity hand any role to a service.
passes(action) if lower(action) in {"iam:passrole", "iam:*"}
