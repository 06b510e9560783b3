"""The seven record types by the portal's names: path, names in messages and callbacks, and fields.

The fields are those of connectwise-api.md section 5; conditions and `fields` know no others.
"""

from __future__ import annotations

from dataclasses import dataclass

_ADDRESS = "addressLine1 addressLine2 city state zip country"


@dataclass(frozen=True)
class RecordType:
    """`path` follows the API's version; a site's stands under its company's. `noun` is used in "Contact 7 not found".

    `callback` is the type of its callbacks, empty if there are none. `children` are arrays, which only
    childConditions may name.
    """

    name: str
    path: str
    noun: str
    callback: str
    label: str
    fields: frozenset[str]
    references: frozenset[str]
    children: frozenset[str] = frozenset()


def _type(
    name: str, path: str, noun: str, callback: str, label: str, *, plain: str, references: str, children: str = ""
) -> RecordType:
    arrays = frozenset(f"customFields {children}".split())
    referenced = frozenset(references.split())
    known = frozenset(plain.split()) | referenced | arrays | {"id", "_info"}
    return RecordType(name, path, noun, callback, label, known, referenced, arrays)


CLIENTS = _type(
    "clients",
    "company/companies",
    "Company",
    "company",
    "name",
    plain=f"identifier name {_ADDRESS} phoneNumber faxNumber website accountNumber dateAcquired annualRevenue"
    " numberOfEmployees leadFlag unsubscribeFlag isVendorFlag taxIdentifier deletedFlag dateDeleted deletedBy"
    " mobileGuid vendorIdentifier invoiceToEmailAddress"
    " userDefinedField1 userDefinedField2 userDefinedField3",
    references="status territory market defaultContact site parentCompany timeZoneSetup taxCode billingTerms"
    " billToCompany billingSite currency country companyEntityType",
    children="types integratorTags",
)
SITES = _type(
    "sites",
    "company/companies/{company}/sites",
    "Site",
    "",
    "name",
    plain=f"name {_ADDRESS} phoneNumber faxNumber addressFormat expenseReimbursement primaryAddressFlag"
    " defaultShippingFlag defaultBillingFlag defaultMailingFlag billSeparateFlag inactiveFlag mobileGuid",
    references="stateReference country taxCode entityType calendar timeZone company",
)
CONTACTS = _type(
    "contacts",
    "company/contacts",
    "Contact",
    "contact",
    "lastName",
    plain="firstName lastName title inactiveFlag defaultFlag defaultBillingFlag defaultPhoneType defaultPhoneNbr"
    " defaultPhoneExtension disablePortalLoginFlag portalSecurityLevel marriedFlag childrenFlag unsubscribeFlag"
    " mobileGuid nickName ignoreDuplicates gender birthDay",
    references="company site department relationship companyLocation managerContact assistantContact",
    children="types communicationItems",
)
PRODUCTS = _type(
    "products",
    "procurement/catalog",
    "CatalogItem",
    "productcatalog",
    "description",
    plain="identifier description customerDescription inactiveFlag productClass price cost priceAttribute"
    " billableOption taxableFlag manufacturerPartNumber vendorSku serializedFlag phaseProductFlag specialOrderFlag"
    " dropShipFlag minStockLevel recurringFlag recurringRevenue recurringCost recurringOneTimeFlag"
    " recurringCycleType calculatedPrice calculatedCost calculatedPriceFlag calculatedCostFlag notes integrationXRef"
    " connectWiseID dateEntered",
    references="subcategory category type unitOfMeasure manufacturer vendor recurringBillCycle",
)
ASSETS = _type(
    "assets",
    "company/configurations",
    "Configuration",
    "configuration",
    "name",
    plain="name businessUnitId locationId deviceIdentifier serialNumber modelNumber tagNumber purchaseDate"
    " installationDate warrantyExpirationDate manufacturerPartNumber vendorNotes notes macAddress ipAddress"
    " defaultGateway lastLoginName osType osInfo cpuSpeed ram localHardDrives managementLink remoteLink activeFlag"
    " billFlag needsRenewalFlag parentConfigurationId mobileGuid",
    references="type status company contact site location department installedBy vendor manufacturer sla",
    children="questions",
)
OPPORTUNITIES = _type(
    "opportunities",
    "sales/opportunities",
    "Opportunity",
    "opportunity",
    "name",
    plain="name expectedCloseDate source customerPO locationId businessUnitId dateBecameLead pipelineChangeDate"
    " closedDate totalSalesTax companyLocationId notes closedFlag",
    references="type stage status priority probability rating campaign primarySalesRep secondarySalesRep company"
    " contact site technicalContact closedBy shipToCompany shipToContact shipToSite billToCompany billToContact"
    " billToSite taxCode currency",
)
CONTRACTS = _type(
    "contracts",
    "finance/agreements",
    "Agreement",
    "agreement",
    "name",
    plain="name startDate endDate noEndingDateFlag cancelledFlag dateCancelled reasonCancelled agreementStatus"
    " applicationUnits applicationLimit applicationCycle applicationUnlimitedFlag oneTimeFlag billAmount"
    " billOneTimeFlag billStartDate nextInvoiceDate billTime billExpenses billProducts taxable internalNotes"
    " customerPO opportunityId",
    references="type company contact site location department billingCycle invoicingCycle billToCompany billToContact"
    " billToSite shipToCompany shipToSite taxCode currency sla opportunity parentAgreement periodType",
)

RECORD_TYPES: dict[str, RecordType] = {
    each.name: each for each in (CLIENTS, SITES, CONTACTS, PRODUCTS, ASSETS, OPPORTUNITIES, CONTRACTS)
}
