"""Settlement to the won (정산): what is due, what arrived for it, and what that rests on. No I/O."""

from wemakeprice_sdk.policy.settlement.allocation import allocate
from wemakeprice_sdk.policy.settlement.commission import CommissionRule, CommissionRules, WonRounding
from wemakeprice_sdk.policy.settlement.given import SettlementFacts
from wemakeprice_sdk.policy.settlement.interest import InterestLine, InterestTerms, interest
from wemakeprice_sdk.policy.settlement.money import (
    Allocated,
    Allocation,
    AllocationRule,
    AllocationSettings,
    MatchFault,
    OpenTie,
    OperatorMatch,
    Payable,
    PayableState,
    TransferOutcome,
    TransferState,
    UnfitMatch,
)
from wemakeprice_sdk.policy.settlement.reconcile import finish_business, reconcile, reconcile_business
from wemakeprice_sdk.policy.settlement.reconciler import Reconciler
from wemakeprice_sdk.policy.settlement.result import (
    BusinessReconciliation,
    PayoutTotal,
    Reconciliation,
    SettlementSum,
)
from wemakeprice_sdk.policy.settlement.rows import ReconciledRow, SettlementBreakdown, SettlementRows
from wemakeprice_sdk.policy.settlement.statements import (
    MergedStatements,
    StatementNote,
    StatementNoteKind,
    merge_statements,
)
from wemakeprice_sdk.policy.settlement.states import PaymentBasis, SettlementStatus
from wemakeprice_sdk.policy.settlement.terms import (
    BankRecords,
    DatingSource,
    DeliveryDating,
    SettlementTerms,
)
from wemakeprice_sdk.policy.settlement.three_way import ThreeWayLine, ThreeWayStatus, three_way

__all__ = [
    "Allocated",
    "Allocation",
    "AllocationRule",
    "AllocationSettings",
    "BankRecords",
    "BusinessReconciliation",
    "CommissionRule",
    "CommissionRules",
    "DatingSource",
    "DeliveryDating",
    "InterestLine",
    "InterestTerms",
    "MatchFault",
    "MergedStatements",
    "OpenTie",
    "OperatorMatch",
    "Payable",
    "PayableState",
    "PaymentBasis",
    "PayoutTotal",
    "ReconciledRow",
    "Reconciler",
    "Reconciliation",
    "SettlementBreakdown",
    "SettlementFacts",
    "SettlementRows",
    "SettlementStatus",
    "SettlementSum",
    "SettlementTerms",
    "StatementNote",
    "StatementNoteKind",
    "ThreeWayLine",
    "ThreeWayStatus",
    "TransferOutcome",
    "TransferState",
    "UnfitMatch",
    "WonRounding",
    "allocate",
    "finish_business",
    "interest",
    "merge_statements",
    "reconcile",
    "reconcile_business",
    "three_way",
]
