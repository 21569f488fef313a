/// Declares a stored type that has the same shape as one of the rules, and the conversions between the two. The rules
/// know no serialisation, so the program keeps the layout.
macro_rules! mirror {
    ($(#[$meta:meta])* pub struct $name:ident = $rules:ty {
        $($(#[$field_meta:meta])* pub $field:ident: $type:tt,)*
    }) => {
        $(#[$meta])*
        #[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl From<$name> for $rules {
            fn from(value: $name) -> Self {
                Self { $($field: value.$field.into(),)* }
            }
        }

        impl From<$rules> for $name {
            fn from(value: $rules) -> Self {
                Self { $($field: value.$field.into(),)* }
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident = $rules:ty {
        $($(#[$variant_meta:meta])* $variant:ident,)*
    }) => {
        $(#[$meta])*
        #[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl From<$name> for $rules {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant,)* }
            }
        }

        impl From<$rules> for $name {
            fn from(value: $rules) -> Self {
                match value { $(<$rules>::$variant => Self::$variant,)* }
            }
        }
    };
}

pub(crate) use mirror;
